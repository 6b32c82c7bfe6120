"""What this process is: its one choice, its gate, its records, its terminal."""
