"""The commands: parse, call one pipeline function, print one document."""
