/*
 * common/signin/signin_self.h: what users may do for themselves, asked by a process of their own.
 *
 * Such a process is believed nothing: not what pam.d says, not what was proven before. The answer
 * is worth something to that process alone. Who it is was asked of the kernel.
 */
#ifndef IAM_SIGNIN_SIGNIN_SELF_H
#define IAM_SIGNIN_SIGNIN_SELF_H

#include "signin/signin.h"

/* For a process that may not read the access snapshot: whether a name is IAM's, and a role's, by
   the directory snapshot, which everybody may, and by the host's own accounts. Needs records->paths
   alone; answers as signin_is_iam_user(). */
MUST_CHECK enum status signin_is_iam_user_by_directory(const struct signin_records *records,
						       struct text user, bool *out_is_iam_user,
						       bool *out_is_role);

/* Allowed when request->user is a user of IAM's with this uid. The gate before all that follows. */
MUST_CHECK enum status signin_own_account(const struct signin_records *records,
					  const struct signin_request *request, uint32_t uid,
					  struct signin_answer *out_answer);

/* signin_factors() of the request, and whether the user has a device at all. Needs the store. */
MUST_CHECK enum status signin_own_factors(const struct signin_records *records,
					  const struct signin_request *request,
					  struct signin_factors *out_factors, bool *out_has_device);

/*
 * What is to be compared when these factors are given. More than iam.conf wants may be, and a code
 * alone; but never a password without the code that it wants beside: what runs in the user's name
 * could guess the one half first, and then the other. Needs the store.
 */
MUST_CHECK enum status signin_own_factors_given(const struct signin_records *records,
						const struct signin_request *request,
						const struct signin_factors *given,
						struct signin_factors *out_factors);

/* signin_account(), for a process that has just proven what is in proof, which
   signin_authenticate() has allowed; NULL: nothing. A password that would have to be changed first
   refuses: a program that asks here could not change it. */
MUST_CHECK enum status signin_own_admission(const struct signin_records *records,
					    const struct signin_request *request,
					    const struct signin_answer *proof,
					    struct signin_answer *out_answer);

/* What changing the own MFA devices takes: the password, and a code where there is a device,
   whatever iam.conf says of MFA elsewhere. Needs the store. */
MUST_CHECK enum status signin_own_proof(const struct signin_records *records,
					const struct signin_request *request,
					struct signin_factors *out_factors);

/* The own devices; a policy must allow iam:ListMFADevices. Needs the store. */
MUST_CHECK enum status signin_own_devices(const struct signin_records *records,
					  const struct signin_request *request,
					  struct credential_device *out_devices, size_t *out_count,
					  struct signin_answer *out_answer);

/* Takes one away; a policy must allow iam:DeactivateMFADevice. Needs the store. */
MUST_CHECK enum status signin_own_device_remove(const struct signin_records *records,
						const struct signin_request *request,
						const char *device,
						struct signin_answer *out_answer);

/* Sets one right by two consecutive codes; a policy must allow iam:ResyncMFADevice. Allowed: it is
   as out_device says. SIGNIN_REASON_CODES_WRONG: they are none, or not new. Needs the store. */
MUST_CHECK enum status
signin_own_device_resync(const struct signin_records *records, const struct signin_request *request,
			 const char *device, struct text first_code, struct text second_code,
			 struct credential_device *out_device, struct signin_answer *out_answer);

#endif
