package io.troupe.transport.internal.tls;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.SSLException;

import io.troupe.transport.NodeTls;
import io.troupe.transport.TestAuthority;
import io.troupe.transport.internal.tls.TlsChannel.Step;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Two ends without a socket, a thread or a clock between them. */
class TlsChannelTest {
    private static final int TRIPS = 10_000;

    @TempDir
    static Path directory;

    private static NodeTls one;
    private static NodeTls other;

    private End dialling;
    private End accepting;

    @BeforeAll
    static void issue() {
        TestAuthority authority = new TestAuthority("the authority");
        one = NodeTls.open(authority.files(directory.resolve("one"), "test", "one"), "test", "one");
        other = NodeTls.open(authority.files(directory.resolve("other"), "test", "other"), "test", "other");
    }

    @BeforeEach
    void open() throws SSLException {
        dialling = new End(new TlsChannel(one.engine(true)));
        accepting = new End(new TlsChannel(other.engine(false)));
    }

    /** What the driver of a channel has seen. */
    private static final class End {
        final TlsChannel channel;
        final List<Step> steps = new ArrayList<>();
        final List<Byte> plaintext = new ArrayList<>();

        End(TlsChannel channel) {
            this.channel = channel;
        }

        void drive() throws SSLException {
            Step step;
            do {
                step = channel.advance();
                if (step != Step.STARVED) {
                    steps.add(step);
                }
                if (step == Step.TASK) {
                    channel.task().run();
                    channel.taskDone();
                }
                while (step == Step.PLAINTEXT && channel.plaintext().hasRemaining()) {
                    plaintext.add(channel.plaintext().get());
                }
            } while (step != Step.STARVED && step != Step.CLOSED);
        }
    }

    /** Carries at most so many bytes. False if there were none. */
    private static boolean carry(End from, End to, int most) throws SSLException {
        ByteBuffer outbound = from.channel.outbound();
        int length = Math.min(Math.min(outbound.remaining(), to.channel.room()), most);
        byte[] bytes = new byte[length];
        outbound.get(bytes);
        to.channel.received(ByteBuffer.wrap(bytes));
        to.drive();
        from.drive();
        return length > 0;
    }

    private void shake(Random random) throws SSLException {
        dialling.drive();
        accepting.drive();
        for (int i = 0; i < TRIPS && !(dialling.channel.isOpen() && accepting.channel.isOpen()); i++) {
            carry(dialling, accepting, 1 + random.nextInt(400));
            carry(accepting, dialling, 1 + random.nextInt(400));
        }
        while (carry(accepting, dialling, Integer.MAX_VALUE)) {}
    }

    @Test
    void whatIsSealedOnOneEndIsReadOnTheOtherHoweverTheBytesAreCut() throws SSLException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        shake(random);
        dialling.channel.trust();
        accepting.channel.trust();
        byte[] message = new byte[200_000];
        random.nextBytes(message);
        ByteBuffer rest = ByteBuffer.wrap(message);
        for (int i = 0; i < TRIPS && accepting.plaintext.size() < message.length; i++) {
            dialling.channel.seal(rest);
            carry(dialling, accepting, 1 + random.nextInt(40_000));
        }
        byte[] read = new byte[accepting.plaintext.size()];
        for (int i = 0; i < read.length; i++) {
            read[i] = accepting.plaintext.get(i);
        }
        assertThat(read).as("seed %d", seed).isEqualTo(message);
        assertThat(dialling.steps).as("seed %d", seed).containsOnlyOnce(Step.OPENED);
        assertThat(accepting.steps).as("seed %d", seed).containsOnlyOnce(Step.OPENED);
    }

    @Test
    void signaturesAndCertificatesAreTasksAndNothingTouchesTheEngineMeanwhile() throws SSLException {
        dialling.drive();
        byte[] hello = new byte[dialling.channel.outbound().remaining()];
        dialling.channel.outbound().get(hello);
        accepting.channel.received(ByteBuffer.wrap(hello));
        assertThat(accepting.channel.advance()).isEqualTo(Step.TASK);
        assertThat(accepting.channel.isBusy()).isTrue();
        assertThat(accepting.channel.advance()).isEqualTo(Step.STARVED);
        accepting.channel.closeOutbound();
        accepting.channel.seal(ByteBuffer.allocate(10));
        assertThat(accepting.channel.outbound().hasRemaining()).isFalse();
        accepting.channel.task().run();
        accepting.channel.taskDone();
        accepting.drive();
        assertThat(accepting.channel.outbound().hasRemaining()).isTrue();
    }

    @Test
    void theOtherEndHearsOfTheEnd() throws SSLException {
        shake(new Random(1));
        dialling.channel.closeOutbound();
        dialling.channel.closeOutbound();
        carry(dialling, accepting, Integer.MAX_VALUE);
        assertThat(accepting.steps).endsWith(Step.CLOSED);
        assertThat(accepting.channel.advance()).isEqualTo(Step.STARVED);
    }

    @Test
    void whoHasNotProvenWhoItIsMayNotSendMuch() throws SSLException {
        shake(new Random(2));
        ByteBuffer junk = ByteBuffer.allocate(TlsChannel.MAX_UNTRUSTED_BYTES);
        assertThatThrownBy(() -> {
                    while (true) {
                        dialling.channel.seal(junk.clear());
                        carry(dialling, accepting, Integer.MAX_VALUE);
                    }
                })
                .isInstanceOf(SSLException.class)
                .hasMessage("more than 65536 bytes before the end of the handshake");
        assertThat(accepting.plaintext).hasSizeLessThan(TlsChannel.MAX_UNTRUSTED_BYTES);
        assertThat(accepting.channel.advance()).isEqualTo(Step.STARVED);
    }

    @Test
    void bytesThatAreNoTlsAreRefusedWithAnAlert() throws SSLException {
        accepting.drive();
        accepting.channel.received(ByteBuffer.wrap(new byte[] {40, 0, 0, 0, 17, 0, 1, 0}));
        assertThatThrownBy(accepting::drive).isInstanceOf(SSLException.class);
        assertThat(accepting.channel.isOpen()).isFalse();
        assertThat(accepting.channel.outbound().get(accepting.channel.outbound().position()))
                .as("an alert")
                .isEqualTo((byte) 21);
        assertThat(accepting.channel.advance()).isEqualTo(Step.STARVED);
    }
}
