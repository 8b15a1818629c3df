"""The Textual face: app, screens, widgets and plots."""
