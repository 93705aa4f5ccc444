"""Who holds which samples and who takes part: partition, poisoned sets, participation."""
