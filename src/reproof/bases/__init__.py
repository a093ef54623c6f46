"""What a run needs of a base image, and which images could serve. Pure: `resolve` asks for them, `plan` chooses."""
