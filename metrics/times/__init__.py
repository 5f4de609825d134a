"""When: cases known only by an interval over the hours of the week, alerts by hour, days against their expectation."""
