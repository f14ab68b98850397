"""Prints the constants of NpyFixtures.java: bytes that numpy itself writes. Made with numpy 2.4.6."""
import io

import numpy as np


def written(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue().hex()


print("numpy", np.__version__)
print("F4_2X3", written(np.array([[1.5, -2, np.nan], [0.1, 3e38, 1e-45]], dtype="<f4")))
print("I8_3", written(np.array([-1, 1767225600000, 7], dtype="<i8")))
