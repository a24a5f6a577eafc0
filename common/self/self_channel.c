#include "self/self_channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

enum { RETRY_MS = 20 };

static int64_t clock_ms(void)
{
	struct timespec now = { .tv_sec = 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int time_left(const struct self_channel *channel)
{
	int64_t left = channel->deadline - clock_ms();

	return left > 0 ? (int)left : 0;
}

void self_channel_allow(struct self_channel *channel, unsigned timeout_ms)
{
	channel->deadline = clock_ms() + timeout_ms;
}

void self_channel_close(struct self_channel *channel)
{
	cleanup_close(&channel->fd);
	channel->fd = -1;
}

/* The folder is opened for what it is, not to reach the socket through it: nobody else can change
   what its path leads to. */
static enum status check_path(const char *folder, struct file_trust trust,
			      struct complaint *out_complaint)
{
	AUTO_CLOSE int folder_fd = -1;
	struct stat info;
	enum status status = folder_open_trusted(folder, trust, &folder_fd);

	if (status == STATUS_NOT_FOUND)
		return complain(out_complaint, STATUS_UNAVAILABLE, "the folder does not exist");
	if (status != STATUS_OK)
		return complain(out_complaint, status,
				"the folder, or one above it, is not root's alone to write");
	if (fstatat(folder_fd, SELF_SOCKET, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return complain(out_complaint, STATUS_UNAVAILABLE, "there is no socket");
	if (!S_ISSOCK(info.st_mode) || (info.st_uid != 0 && info.st_uid != trust.owner))
		return complain(out_complaint, STATUS_BAD_DATA, "it is no socket of root's");
	return STATUS_OK;
}

/* A socket that waits for nothing says so while too many others wait before it. */
static enum status connect_in_time(const struct self_channel *channel,
				   const struct sockaddr_un *address)
{
	while (connect(channel->fd, (const struct sockaddr *)address, sizeof(*address)) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return STATUS_UNAVAILABLE;
		if (time_left(channel) == 0)
			return STATUS_UNAVAILABLE;
		(void)poll(NULL, 0, RETRY_MS); /* ended early by a signal, it asks early */
	}
	return STATUS_OK;
}

static enum status check_listener(const struct self_channel *channel, struct file_trust trust,
				  struct complaint *out_complaint)
{
	pid_t pid;
	uid_t uid;
	enum status status = self_channel_peer(channel, &pid, &uid);

	if (status != STATUS_OK)
		return complain(out_complaint, status, "it cannot be told who listens");
	if (uid != 0 && uid != trust.owner)
		return complain(out_complaint, STATUS_BAD_DATA, "it is not root who listens");
	return STATUS_OK;
}

enum status self_channel_open(struct self_channel *out_channel, const char *folder,
			      struct file_trust trust, unsigned timeout_ms,
			      struct complaint *out_complaint)
{
	AUTO_SELF_CHANNEL channel = { .fd = -1 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	enum status status =
		text_format(address.sun_path, sizeof(address.sun_path), "%s/" SELF_SOCKET, folder);

	out_channel->fd = -1;
	complaint_at(out_complaint, "%s/" SELF_SOCKET, folder);
	if (status != STATUS_OK)
		return complain(out_complaint, STATUS_BAD_INPUT, "the path is too long");
	status = check_path(folder, trust, out_complaint);
	if (status != STATUS_OK)
		return status;
	self_channel_allow(&channel, timeout_ms);
	channel.fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (channel.fd < 0)
		return complain(out_complaint, STATUS_SYSTEM, "no socket is to be had");
	status = connect_in_time(&channel, &address);
	if (status != STATUS_OK)
		return complain(out_complaint, status, "nobody listens");
	status = check_listener(&channel, trust, out_complaint);
	if (status != STATUS_OK)
		return status;
	out_channel->fd = TAKE_FD(channel.fd);
	out_channel->deadline = channel.deadline;
	return STATUS_OK;
}

static bool has_option(int fd, int option, int wanted)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 && value == wanted;
}

enum status self_channel_take(struct self_channel *out_channel, int fd, unsigned timeout_ms)
{
	int flags = fcntl(fd, F_GETFL);

	out_channel->fd = -1;
	if (!has_option(fd, SO_DOMAIN, AF_UNIX) || !has_option(fd, SO_TYPE, SOCK_SEQPACKET) ||
	    !has_option(fd, SO_ACCEPTCONN, 0))
		return STATUS_BAD_INPUT;
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return STATUS_SYSTEM;
	out_channel->fd = fd;
	self_channel_allow(out_channel, timeout_ms);
	return STATUS_OK;
}

enum status self_channel_peer(const struct self_channel *channel, pid_t *out_pid, uid_t *out_uid)
{
	struct ucred peer = { .pid = 0 };
	socklen_t size = sizeof(peer);

	if (getsockopt(channel->fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
	    size != sizeof(peer))
		return STATUS_SYSTEM;
	*out_pid = peer.pid;
	*out_uid = peer.uid;
	return STATUS_OK;
}

/* Until the socket is ready for events, or the deadline. */
static enum status wait_for(const struct self_channel *channel, short events)
{
	for (;;) {
		struct pollfd watched = { .fd = channel->fd, .events = events };
		int ready = poll(&watched, 1, time_left(channel));

		if (ready > 0)
			return STATUS_OK;
		if (ready == 0)
			return STATUS_UNAVAILABLE;
		if (errno != EINTR)
			return STATUS_SYSTEM;
	}
}

enum status self_channel_send(struct self_channel *channel, const struct self_message *message)
{
	AUTO_SELF_PACKET packet = { .length = 0 };
	enum status status = self_message_pack(message, &packet);

	while (status == STATUS_OK) {
		if (send(channel->fd, packet.bytes, packet.length, MSG_NOSIGNAL) >= 0)
			return STATUS_OK;
		if (errno == EAGAIN)
			status = wait_for(channel, POLLOUT);
		else if (errno != EINTR)
			status = STATUS_UNAVAILABLE;
	}
	return status;
}

enum status self_channel_receive(struct self_channel *channel, struct self_packet *out_packet,
				 struct self_message *out_message)
{
	enum status status = wait_for(channel, POLLIN);

	self_packet_wipe(out_packet);
	while (status == STATUS_OK) {
		/* The length of the whole packet, not of what fits. */
		ssize_t got =
			recv(channel->fd, out_packet->bytes, sizeof(out_packet->bytes), MSG_TRUNC);

		if (got > (ssize_t)sizeof(out_packet->bytes))
			return STATUS_BAD_INPUT;
		if (got > 0) {
			out_packet->length = (size_t)got;
			return self_message_parse((struct text){ out_packet->bytes, (size_t)got },
						  out_message);
		}
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			return STATUS_UNAVAILABLE;
		status = wait_for(channel, POLLIN);
	}
	return status;
}
