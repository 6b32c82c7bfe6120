"""One file a driver or framework. Importing this package loads none of them."""
