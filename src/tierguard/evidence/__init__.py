"""What is known about this process and this project: configuration, URLs, signs of people, CI and agents."""
