"""Every chart of the report, by subject: one file a chart."""
