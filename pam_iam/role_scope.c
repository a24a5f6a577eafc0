#include "role_scope.h"

#ifndef IAM_WITH_SYSTEMD

enum status role_scope_enter(const struct role_scope *scope, struct complaint *out_complaint)
{
	(void)scope;
	return complain(out_complaint, STATUS_NOT_FOUND, "built without libsystemd");
}

#else

#include <dlfcn.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-login.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/text.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define MANAGER SYSTEMD, "/org/freedesktop/systemd1", SYSTEMD ".Manager"

enum { MICROSECONDS = 1000000 };

/* What is used of libsystemd.so.0. */
struct library {
	void *handle;
	__typeof__(sd_pid_get_unit) *pid_get_unit;
	__typeof__(sd_pid_get_slice) *pid_get_slice;
	__typeof__(sd_bus_new) *bus_new;
	__typeof__(sd_bus_set_address) *bus_set_address;
	__typeof__(sd_bus_set_bus_client) *bus_set_bus_client;
	__typeof__(sd_bus_set_method_call_timeout) *bus_set_method_call_timeout;
	__typeof__(sd_bus_start) *bus_start;
	__typeof__(sd_bus_is_ready) *bus_is_ready;
	__typeof__(sd_bus_process) *bus_process;
	__typeof__(sd_bus_wait) *bus_wait;
	__typeof__(sd_bus_match_signal) *bus_match_signal;
	__typeof__(sd_bus_message_read) *bus_message_read;
	__typeof__(sd_bus_call_method) *bus_call_method;
	__typeof__(sd_bus_error_free) *bus_error_free;
	__typeof__(sd_bus_close_unref) *bus_close_unref;
};

#define SYMBOL(field)                                         \
	{                                                     \
		"sd_" #field, offsetof(struct library, field) \
	}

static const struct {
	const char *name;
	size_t offset;
} symbols[] = {
	SYMBOL(pid_get_unit),    SYMBOL(pid_get_slice),      SYMBOL(bus_new),
	SYMBOL(bus_set_address), SYMBOL(bus_set_bus_client), SYMBOL(bus_set_method_call_timeout),
	SYMBOL(bus_start),       SYMBOL(bus_is_ready),       SYMBOL(bus_process),
	SYMBOL(bus_wait),        SYMBOL(bus_match_signal),   SYMBOL(bus_message_read),
	SYMBOL(bus_call_method), SYMBOL(bus_error_free),     SYMBOL(bus_close_unref),
};

/* One conversation with systemd. */
struct call {
	struct library library;
	sd_bus *bus;
	uint64_t deadline; /* microseconds of CLOCK_MONOTONIC */
	const struct role_scope *scope;
	char *unit, *slice;   /* where this process is */
	const char *bound_to; /* what takes the scope with it when it is stopped */
	char result[32];      /* of the job that starts the scope; empty while it runs */
};

/* What is missing; NULL when all is there. */
static const char *library_open(struct library *library)
{
	library->handle = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
	if (!library->handle)
		return "libsystemd.so.0";
	for (size_t i = 0; i < ARRAY_LENGTH(symbols); i++) {
		void *symbol = dlsym(library->handle, symbols[i].name);

		if (!symbol)
			return symbols[i].name;
		memcpy((char *)library + symbols[i].offset, &symbol, sizeof(symbol));
	}
	return NULL;
}

static void call_release(struct call *call)
{
	if (call->bus)
		call->library.bus_close_unref(call->bus);
	free(call->unit);
	free(call->slice);
	if (call->library.handle)
		dlclose(call->library.handle);
}

static uint64_t monotonic_now(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * MICROSECONDS + (uint64_t)now.tv_nsec / 1000;
}

/* Microseconds; 0 when there are none. */
static uint64_t time_left(const struct call *call)
{
	uint64_t now = monotonic_now();

	return now < call->deadline ? call->deadline - now : 0;
}

static enum status fail(int error, struct complaint *out_complaint)
{
	errno = -error;
	return complain(out_complaint, STATUS_UNAVAILABLE, "D-Bus: %m");
}

/* Lets the bus do one thing more, or waits until there is one. */
static enum status step(struct call *call, struct complaint *out_complaint)
{
	uint64_t left = time_left(call);
	int result = call->library.bus_process(call->bus, NULL);

	if (result == 0)
		result = left > 0 ? call->library.bus_wait(call->bus, left) : -ETIMEDOUT;
	return result < 0 && result != -EINTR ? fail(result, out_complaint) : STATUS_OK;
}

/* Also in the patience of the one call that the library makes by itself. */
static int limit_call(struct call *call)
{
	uint64_t left = time_left(call);

	return left > 0 ? call->library.bus_set_method_call_timeout(call->bus, left) : -ETIMEDOUT;
}

static enum status connect_to_bus(struct call *call, struct complaint *out_complaint)
{
	const struct library *library = &call->library;
	enum status status = STATUS_OK;
	int result = library->bus_new(&call->bus);

	if (result >= 0)
		result = library->bus_set_address(call->bus, call->scope->bus);
	if (result >= 0)
		result = library->bus_set_bus_client(call->bus, 1);
	if (result >= 0)
		result = limit_call(call);
	if (result >= 0)
		result = library->bus_start(call->bus);
	if (result < 0)
		return fail(result, out_complaint);
	while (status == STATUS_OK && (result = library->bus_is_ready(call->bus)) == 0)
		status = step(call, out_complaint);
	return status == STATUS_OK && result < 0 ? fail(result, out_complaint) : status;
}

/* JobRemoved(u id, o job, s unit, s result); of other units too. */
static int take_job(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct call *call = userdata;
	const char *job, *unit, *result;
	uint32_t id;

	(void)error;
	if (call->library.bus_message_read(message, "uoss", &id, &job, &unit, &result) >= 0 &&
	    strcmp(unit, call->scope->name) == 0 &&
	    text_copy(text_of(result), call->result, sizeof(call->result)) != STATUS_OK)
		call->result[0] = '?';
	return 0;
}

/* Its job runs after the reply. */
static int start(struct call *call, sd_bus_error *error)
{
	int result = limit_call(call);

	if (result >= 0)
		result = call->library.bus_match_signal(call->bus, NULL, MANAGER, "JobRemoved",
							take_job, call);
	if (result >= 0)
		result = limit_call(call);
	if (result < 0)
		return result;
	/* clang-format off */
	return call->library.bus_call_method(
		call->bus, MANAGER, "StartTransientUnit", error, NULL, "ssa(sv)a(sa(sv))",
		call->scope->name, "fail", 8,
		"Description", "s", call->scope->description,
		"PIDs", "au", 1, (uint32_t)getpid(),
		"Slice", "s", call->slice,
		"PartOf", "as", 1, call->bound_to,
		"RuntimeMaxUSec", "t", call->scope->seconds * MICROSECONDS,
		"TimeoutStopUSec", "t", (uint64_t)ROLE_SCOPE_GRACE_SECONDS * MICROSECONDS,
		"SendSIGHUP", "b", 1, /* which is what an interactive shell heeds */
		"CollectMode", "s", "inactive-or-failed",
		0);
	/* clang-format on */
}

static enum status move(struct call *call, struct complaint *out_complaint)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	enum status status = STATUS_OK;
	int result = start(call, &error);

	if (result < 0 && error.message)
		status = complain(out_complaint, STATUS_UNAVAILABLE, "systemd: %s", error.message);
	else if (result < 0)
		status = fail(result, out_complaint);
	call->library.bus_error_free(&error);
	while (status == STATUS_OK && !call->result[0])
		status = step(call, out_complaint);
	if (status == STATUS_OK && strcmp(call->result, "done") != 0)
		status = complain(out_complaint, STATUS_UNAVAILABLE, "systemd: the scope's job: %s",
				  call->result);
	return status;
}

/* Where this process is, by its control group. A login session, or the manager of a user's
   services, is stopped to end what the user runs; cron or a sshd without logind is not. */
static enum status find_unit(struct call *call, struct complaint *out_complaint)
{
	int result = call->library.pid_get_unit(0, &call->unit);

	if (result >= 0)
		result = call->library.pid_get_slice(0, &call->slice);
	if (result < 0)
		return complain(out_complaint, STATUS_UNAVAILABLE,
				"this process is in no unit of systemd's");
	call->bound_to =
		text_starts_with(text_of(call->slice), TEXT("user-")) ? call->unit : call->slice;
	return STATUS_OK;
}

enum status role_scope_enter(const struct role_scope *scope, struct complaint *out_complaint)
{
	CLEANUP(call_release)
	struct call call = { .scope = scope,
			     .deadline = monotonic_now() + scope->patience_ms * 1000ULL };
	const char *missing;
	enum status status;

	/* As sd_booted(3), without its library. */
	if (access("/run/systemd/system", F_OK) != 0)
		return complain(out_complaint, STATUS_NOT_FOUND, "no systemd runs here");
	missing = library_open(&call.library);
	if (missing)
		return complain(out_complaint, STATUS_UNAVAILABLE, "%s cannot be loaded", missing);
	status = connect_to_bus(&call, out_complaint);
	if (status == STATUS_OK)
		status = find_unit(&call, out_complaint);
	return status == STATUS_OK ? move(&call, out_complaint) : status;
}

#endif
