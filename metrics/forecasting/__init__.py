"""What the next seven days will bring: forecasts with intervals, and how well such forecasts did before."""

from metrics.forecasting.fitting import fit

__all__ = ["fit"]
