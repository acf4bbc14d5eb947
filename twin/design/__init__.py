"""Grounds that people draw: operators that make a designed Surface of another one."""
