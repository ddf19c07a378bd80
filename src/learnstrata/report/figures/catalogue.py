"""All charts of the report, in the order of the page."""

from learnstrata.report.figures.chart import Chart
from learnstrata.report.figures.choice.charts import CHARTS as CHOICE
from learnstrata.report.figures.learners.charts import CHARTS as LEARNERS
from learnstrata.report.figures.pay.charts import CHARTS as PAY
from learnstrata.report.figures.profiles.charts import CHARTS as PROFILES
from learnstrata.report.figures.stability.charts import CHARTS as STABILITY

__all__ = ["CHARTS"]

CHARTS: tuple[Chart, ...] = (*PROFILES, *PAY, *CHOICE, *STABILITY, *LEARNERS)
