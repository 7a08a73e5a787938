"""The browser: launch, process, network guard, hosts, scripts run in pages."""
