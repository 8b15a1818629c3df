"""The guide: one page of Markdown for each topic, shipped with the program and shown by both faces."""
