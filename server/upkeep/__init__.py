"""What a service needs to run for years: alerts, systemd's watchdog."""
