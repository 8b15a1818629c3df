"""What leans on the inner workings of Textual and of terminals."""
