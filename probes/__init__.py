"""ASK AND JUDGE: one file per capability. The file is the registration, its stem the cell's id (`__` stands for a
dot).
"""
