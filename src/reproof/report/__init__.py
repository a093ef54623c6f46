"""A verdict for people: on a terminal, as a web page, as Markdown. JSON is the document itself."""
