"""What a search leaves: its folder, its leaderboard, its files."""
