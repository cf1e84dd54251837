package io.troupe.transport.internal.tcp;

import java.nio.file.Path;

import io.troupe.transport.UnixSockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** All that nodes promise each other holds over Unix-domain sockets too. With {@code ON} there is no other way. */
class UnixLoopbackTest extends LoopbackTest {
    @TempDir
    Path directory;

    UnixLoopbackTest() {
        rounds = 5; // what crosses here has crossed over TCP
    }

    @BeforeEach
    void giveEveryNodeASocket() {
        TestNode.giveAll(
                (id, config) -> config.unixSockets(new UnixSockets(UnixSockets.Mode.ON, directory.resolve("sockets"))));
    }

    /** The node that is reached is not to be blamed for the file. */
    @Test
    @Override
    void aDialThatReachesAnotherNodeOrItselfIsRefused() {
        onlyWhoDialsIsTold("c: node a dialled node c but reached node b", "d: node a dialled a node of the same id");
    }

    @Test
    void aLinkSaysThatItIsOverASocketAndClosingLeavesNoFile() {
        TestNode a = listening("a");
        TestNode b = listening("b");
        assertThat(directory.resolve("sockets"))
                .isDirectoryContaining("glob:**/" + a.system.port() + ".sock")
                .isDirectoryContaining("glob:**/" + b.system.port() + ".sock");
        a.dial(b);
        a.awaitLink("b");
        b.awaitLink("a");
        assertThat(a.system.link("b").unixSocket()).isTrue();
        assertThat(b.system.link("a").unixSocket()).isTrue();
        a.close();
        b.close();
        assertThat(directory.resolve("sockets")).isEmptyDirectory();
    }

    @AfterEach
    void takeThemAway() {
        TestNode.giveAllNothing();
    }
}
