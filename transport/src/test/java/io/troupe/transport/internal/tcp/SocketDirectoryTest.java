package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

import io.troupe.transport.TransportException;
import io.troupe.transport.TransportException.Code;
import io.troupe.transport.UnixSockets;
import io.troupe.transport.UnixSockets.Mode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Ports are only names here: no node has them. */
class SocketDirectoryTest {
    private static final int PORT = 7701;

    @TempDir
    Path parent;

    private Path path;

    @BeforeEach
    void choose() {
        path = parent.resolve("sockets");
    }

    private SocketDirectory open() {
        return SocketDirectory.open(new UnixSockets(Mode.ON, path));
    }

    private Path file() {
        return path.resolve(PORT + ".sock");
    }

    private static ServerSocketChannel listenAt(Path file) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(file));
    }

    private static void refused(ThrowingCallable what, Code code, String message) {
        assertThatThrownBy(what)
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(message)
                .extracting(failure -> ((TransportException) failure).code())
                .isEqualTo(code);
    }

    @Test
    void aDirectoryIsMadeForItsUserAlone() throws IOException {
        open();
        open(); // once more, by another node
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rwx------");
        assertThat(path).isEmptyDirectory();
    }

    @Test
    void aFileIsFoundWhileSomebodyListensAndIsForItsUserAlone() throws IOException {
        SocketDirectory directory = open();
        assertThat(directory.toDial(PORT)).isNull();
        SocketDirectory.Listening listening = directory.listen(PORT);
        assertThat(open().toDial(PORT)).isEqualTo(file());
        assertThat(directory.toDial(PORT + 1)).isNull();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
        listening.delete();
        listening.channel().close();
        assertThat(directory.toDial(PORT)).isNull();
        assertThat(path).isEmptyDirectory();
    }

    @Test
    void theFileOfAProcessThatIsGoneIsReplaced() throws IOException {
        SocketDirectory directory = open();
        listenAt(file()).close();
        assertThat(file()).exists();
        SocketDirectory.Listening listening = directory.listen(PORT);
        try (SocketChannel dial = SocketChannel.open(UnixDomainSocketAddress.of(file()))) {
            assertThat(dial.isConnected()).isTrue();
        }
        listening.channel().close();
    }

    @Test
    void aFileThatIsAnsweredIsLeftAlone() throws IOException {
        SocketDirectory directory = open();
        try (ServerSocketChannel other = listenAt(file())) {
            refused(
                    () -> directory.listen(PORT),
                    Code.PORT_IN_USE,
                    "socket file " + file() + " is in use by another process: a node with the same port at another"
                            + " address of this host, or in a container that shares the directory; give each a"
                            + " directory of its own, or ports of its own");
            try (SocketChannel dial = SocketChannel.open(UnixDomainSocketAddress.of(file()))) {
                assertThat(dial.isConnected()).isTrue();
            }
            assertThat(other.isOpen()).isTrue();
        }
    }

    @Test
    void whatIsNoSocketIsNeitherDialledNorRemoved() throws IOException {
        SocketDirectory directory = open();
        Files.writeString(file(), "important");
        assertThat(directory.toDial(PORT)).isNull();
        refused(
                () -> directory.listen(PORT),
                Code.BAD_CONFIG,
                "socket file " + file() + " is there and no socket: delete it, or set the directory of unixSockets to"
                        + " another one");
        assertThat(file()).hasContent("important");
    }

    @Test
    void onlyTheFileThatWasMadeIsDeleted() throws IOException {
        SocketDirectory.Listening listening = open().listen(PORT);
        Files.move(file(), path.resolve("kept.sock")); // so that its number is not given to the next one
        try (ServerSocketChannel successor = listenAt(file())) {
            listening.delete();
            assertThat(file()).exists();
            assertThat(successor.isOpen()).isTrue();
        }
        listening.channel().close();
    }

    @Test
    void aDirectoryThatOthersCanEnterIsRefusedAndNotUsedFromThenOn() throws IOException {
        SocketDirectory directory = open();
        directory.listen(PORT).channel().close();
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwxr-x--x"));
        assertThat(directory.toDial(PORT)).isNull();
        refused(
                this::open,
                Code.BAD_CONFIG,
                "socket directory " + path + " has permissions rwxr-x--x, so others can enter it: chmod 700 " + path
                        + ", or set the directory of unixSockets to one that only this user may enter");
    }

    @Test
    void aDirectoryOfAnotherUserIsNotUsed() throws IOException {
        SocketDirectory own = open();
        own.listen(PORT).channel().close();
        assertThat(own.toDial(PORT)).isNotNull();
        SocketDirectory ofAnother = new SocketDirectory(path, () -> "somebody else");
        assertThat(ofAnother.toDial(PORT)).isNull();
        refused(
                ofAnother::check,
                Code.BAD_CONFIG,
                "socket directory " + path + " belongs to "
                        + Files.getOwner(path).getName() + " and this process is run by somebody else: set the");
    }

    @Test
    void aLinkOrAFileInItsPlaceIsRefused() throws IOException {
        Files.createSymbolicLink(path, Files.createDirectory(parent.resolve("elsewhere")));
        refused(this::open, Code.BAD_CONFIG, "socket directory " + path + " is no directory: delete it, or set the");
        path = Files.createFile(parent.resolve("file"));
        refused(this::open, Code.BAD_CONFIG, "socket directory " + path + " is no directory: delete it, or set the");
        path = parent.resolve("no/such");
        refused(this::open, Code.BAD_CONFIG, "socket directory " + path + " cannot be used (java.nio.file.NoSuchFile");
    }

    @Test
    void aPathHas103BytesAtMost() {
        String name = "7701.sock";
        int room = SocketDirectory.MAX_PATH_BYTES - name.length() - 1;
        path = parent.resolve("d".repeat(room - parent.toString().length() - 1));
        SocketDirectory.Listening longest = open().listen(PORT);
        PortListener.closeQuietly(longest.channel());
        path = Objects.requireNonNull(path.getParent()).resolve(path.getFileName() + "d");
        SocketDirectory tooLong = open();
        refused(
                () -> tooLong.listen(PORT),
                Code.BAD_CONFIG,
                "the path " + file() + " has 104 bytes, and the address of a Unix-domain socket at most 103: set the"
                        + " directory of unixSockets to a shorter one");
    }
}
