"""What the next seven days will bring: forecasts with intervals, and how well such forecasts did before.

fitting.fit makes the tables once per version, reading.outlook reads them, cli prints them and the long back-test.
"""
