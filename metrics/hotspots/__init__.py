"""Places: where events are dense, where that is beyond chance, where the next will be, and where they come back.

cells.hot_cells, forecast.forecast, repeats.repeat_places and concentration.concentration answer a selection.
"""
