"""The serving processes: how they listen, how they end, and who watches over them."""
