"""Treatments that took place, their follow-up, side effects on the smile, wear-off and costs."""
