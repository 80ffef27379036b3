"""Values and their times: frequencies, time indexes, the calendar, scaling, differences."""
