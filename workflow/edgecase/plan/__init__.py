"""What a run costs, before it runs: work from the configuration, hours from a short calibration.

Nothing here loads torch: what must be measured is measured in processes of their own.
"""
