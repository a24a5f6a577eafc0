#include "source/aws/aws_error.h"

static const struct {
	const char *code;
	enum aws_fate fate;
} fates[] = {
	{ "NoSuchEntity", AWS_FATE_ABSENT },
	{ "NoSuchKey", AWS_FATE_ABSENT },
	{ "ReportExpired", AWS_FATE_ABSENT },
	{ "ReportInProgress", AWS_FATE_ABSENT },
	{ "ReportNotPresent", AWS_FATE_ABSENT },
	{ "ResourceNotFoundException", AWS_FATE_ABSENT },
	{ "ExpiredToken", AWS_FATE_NEW_KEY },
	{ "ExpiredTokenException", AWS_FATE_NEW_KEY },
	{ "InvalidAccessKeyId", AWS_FATE_NEW_KEY },
	{ "InvalidClientTokenId", AWS_FATE_NEW_KEY },
	{ "UnrecognizedClientException", AWS_FATE_NEW_KEY },
	{ "RequestExpired", AWS_FATE_CLOCK },
	{ "SignatureDoesNotMatch", AWS_FATE_CLOCK },
	{ "InvalidSignatureException", AWS_FATE_CLOCK },
	{ "RequestTimeTooSkewed", AWS_FATE_CLOCK },
	{ "BandwidthLimitExceeded", AWS_FATE_AGAIN },
	{ "IDPCommunicationError", AWS_FATE_AGAIN },
	{ "InternalError", AWS_FATE_AGAIN },
	{ "InternalFailure", AWS_FATE_AGAIN },
	{ "PriorRequestNotComplete", AWS_FATE_AGAIN },
	{ "ProvisionedThroughputExceededException", AWS_FATE_AGAIN },
	{ "RequestLimitExceeded", AWS_FATE_AGAIN },
	{ "RequestThrottled", AWS_FATE_AGAIN },
	{ "RequestThrottledException", AWS_FATE_AGAIN },
	{ "RequestTimeout", AWS_FATE_AGAIN },
	{ "RequestTimeoutException", AWS_FATE_AGAIN },
	{ "ServiceFailure", AWS_FATE_AGAIN },
	{ "ServiceUnavailable", AWS_FATE_AGAIN },
	{ "SlowDown", AWS_FATE_AGAIN },
	{ "ThrottledException", AWS_FATE_AGAIN },
	{ "Throttling", AWS_FATE_AGAIN },
	{ "ThrottlingException", AWS_FATE_AGAIN },
	{ "TooManyRequestsException", AWS_FATE_AGAIN },
	{ "TransactionInProgressException", AWS_FATE_AGAIN },
};

enum aws_fate aws_fate_of(const char *error_code, unsigned http_code)
{
	for (size_t i = 0; i < ARRAY_LENGTH(fates); i++)
		if (strcmp(error_code, fates[i].code) == 0)
			return fates[i].fate;
	switch (http_code) {
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
	case 509:
		return AWS_FATE_AGAIN;
	default:
		return AWS_FATE_FAILED;
	}
}
