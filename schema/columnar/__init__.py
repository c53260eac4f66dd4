"""The columnar engine: verdicts over Arrow batches at the speed of reading.

It only finds the suspect rows, with the codes they break; Pydantic explains them. Everything is derived from the
description of the models and from the same rule objects that the record engine evaluates.
"""

from casus.schema.columnar.engine import Verdicts, batch_problems, check_batch

__all__ = ["Verdicts", "batch_problems", "check_batch"]
