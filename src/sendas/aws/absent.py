"""AWS's codes for what is not there, by what it is: an answer, not a failure."""

NO_TOPIC = ("NotFound", "NotFoundException")
NO_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
NO_FUNCTION = ("ResourceNotFoundException",)
NO_KEY = ("NotFoundException",)
NO_BUCKET = ("NoSuchBucket",)
