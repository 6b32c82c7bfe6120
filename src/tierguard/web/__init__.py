"""What web frameworks share: what a database claims, how it is asked, and how a page shows it."""
