"""The application's state and pictures as plain data, without Qt."""
