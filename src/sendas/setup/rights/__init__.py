"""What setting up a domain asks of AWS: of the operator, of CloudFormation in their name."""

from sendas.setup.rights.adopt import ADOPT
from sendas.setup.rights.athena import ATHENA
from sendas.setup.rights.drift import DRIFT
from sendas.setup.rights.function import FUNCTIONS
from sendas.setup.rights.holders import HOLDERS
from sendas.setup.rights.reading import READING
from sendas.setup.rights.stack import STACK_CHANGES
from sendas.setup.rights.stack_resources import BESIDE


RIGHTS = (
    *ADOPT,
    *READING,
    *STACK_CHANGES,
    *BESIDE,
    *FUNCTIONS,
    *HOLDERS,
    *ATHENA,
    *DRIFT,
)
