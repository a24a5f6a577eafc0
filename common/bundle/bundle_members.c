#include "bundle/bundle_members.h"

const struct bundle_member bundle_members[BUNDLE_MEMBERS] = {
	{ "AccountId", NULL },
	{ "AccountAliases", NULL },
	{ "PasswordPolicy", NULL },
	{ "Policies", "Arn" },
	{ "GroupDetailList", "GroupId" },
	{ "RoleDetailList", "RoleId" },
	{ "UserDetailList", "UserId" },
	{ "LoginProfiles", "UserName" },
	{ "SSHPublicKeys", "UserName" },
	{ "VirtualMFADevices", "SerialNumber" },
	{ "MFADevices", "UserName" },
};
