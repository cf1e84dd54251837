package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.EnumSet;
import java.util.Set;

import io.troupe.transport.TransportException;
import io.troupe.transport.TransportException.Code;
import io.troupe.transport.UnixSockets;
import org.jspecify.annotations.Nullable;

/**
 * The directory with the Unix-domain sockets of one user's nodes on this host: {@code 7701.sock} leads to the node that
 * listens on port 7701. Nobody else can have put a file into it, for it is closed to all but its owner; that is looked
 * at whenever it is used. Immutable.
 */
final class SocketDirectory {
    /** The room for a path in an address, on the system that has least of it; a zero ends it. */
    static final int MAX_PATH_BYTES = 103;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> SOCKET = PosixFilePermissions.fromString("rw-------");
    private static final String ELSEWHERE = "set the directory of unixSockets to one that only this user may enter";

    private final Path path;

    /** Who runs this process. */
    private final UserPrincipal user;

    SocketDirectory(Path path, UserPrincipal user) {
        this.path = path;
        this.user = user;
    }

    /** A file on which a node listens; {@code key} tells it from another of the same name. */
    record Listening(
            ServerSocketChannel channel,
            Path file,
            @Nullable Object key) {
        /** So that nobody finds it any more, unless it is another one by now. */
        void delete() {
            try {
                if (key != null && key.equals(attributes(file).fileKey())) {
                    Files.delete(file);
                }
            } catch (IOException gone) {
                // Whoever needs the name removes what nobody answers.
                return;
            }
        }
    }

    /**
     * Makes the directory if it is not there.
     *
     * @throws TransportException {@code BAD_CONFIG} if it cannot be used
     */
    static SocketDirectory open(UnixSockets sockets) {
        Path path = sockets.directory().toAbsolutePath();
        try {
            try {
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            } catch (FileAlreadyExistsException known) {
                checkClosed(path, attributes(path));
            }
            // The system says whose it is: a name of the user is not known everywhere, least of all in containers.
            Path probe = Files.createTempFile(path, "probe", null);
            UserPrincipal user = attributes(probe).owner();
            Files.delete(probe);
            SocketDirectory directory = new SocketDirectory(path, user);
            directory.check();
            return directory;
        } catch (IOException | UnsupportedOperationException failure) {
            throw new TransportException(
                    Code.BAD_CONFIG,
                    "socket directory " + path + " cannot be used (" + failure + "): " + ELSEWHERE,
                    failure);
        }
    }

    void check() throws IOException {
        PosixFileAttributes now = attributes(path);
        checkClosed(path, now);
        if (!now.owner().equals(user)) {
            throw bad("socket directory " + path + " belongs to " + now.owner().getName()
                    + " and this process is run by " + user.getName() + ": " + ELSEWHERE);
        }
    }

    private static void checkClosed(Path path, PosixFileAttributes now) {
        if (!now.isDirectory()) {
            throw bad("socket directory " + path + " is no directory: delete it, or " + ELSEWHERE);
        }
        if (!OWNER_ONLY.containsAll(now.permissions())) {
            throw bad(
                    "socket directory " + path + " has permissions " + PosixFilePermissions.toString(now.permissions())
                            + ", so others can enter it: chmod 700 " + path + ", or " + ELSEWHERE);
        }
    }

    private static PosixFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    private Path file(int port) {
        return path.resolve(port + ".sock");
    }

    /** The file behind which the node with a port of this host listens, or did; null if there is none to be trusted. */
    @Nullable
    Path toDial(int port) {
        Path file = file(port);
        try {
            PosixFileAttributes found = attributes(file);
            check();
            return found.isOther() && found.owner().equals(user) ? file : null;
        } catch (IOException | TransportException unusable) {
            return null;
        }
    }

    /**
     * Listens on the file of a port that this node has.
     *
     * @throws TransportException if the file cannot be made, or is answered
     */
    Listening listen(int port) {
        Path file = file(port);
        int bytes = file.toString().getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MAX_PATH_BYTES) {
            throw bad("the path " + file + " has " + bytes + " bytes, and the address of a Unix-domain socket at most "
                    + MAX_PATH_BYTES + ": set the directory of unixSockets to a shorter one");
        }
        ServerSocketChannel channel = null;
        try {
            removeStale(file);
            channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            channel.configureBlocking(false);
            channel.bind(UnixDomainSocketAddress.of(file));
            Files.setPosixFilePermissions(file, EnumSet.copyOf(SOCKET));
            return new Listening(channel, file, attributes(file).fileKey());
        } catch (IOException | UnsupportedOperationException failure) {
            PortListener.closeQuietly(channel);
            throw new TransportException(
                    Code.BAD_CONFIG,
                    "socket file " + file + " cannot be made (" + failure + "): " + ELSEWHERE,
                    failure);
        }
    }

    /** A process that was killed leaves its file behind. */
    private static void removeStale(Path file) throws IOException {
        PosixFileAttributes found;
        try {
            found = attributes(file);
        } catch (NoSuchFileException free) {
            return;
        }
        if (!found.isOther()) {
            throw bad("socket file " + file + " is there and no socket: delete it, or set the directory of unixSockets"
                    + " to another one");
        }
        try (SocketChannel asks = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            asks.configureBlocking(false);
            asks.connect(UnixDomainSocketAddress.of(file)); // Not yet, for want of room, is an answer too.
        } catch (ConnectException nobody) {
            Files.deleteIfExists(file);
            return;
        }
        throw new TransportException(
                Code.PORT_IN_USE,
                "socket file " + file + " is in use by another process: a node with the same port at another address of"
                        + " this host, or in a container that shares the directory; give each a directory of its own,"
                        + " or ports of its own");
    }

    private static TransportException bad(String message) {
        return new TransportException(Code.BAD_CONFIG, message);
    }
}
