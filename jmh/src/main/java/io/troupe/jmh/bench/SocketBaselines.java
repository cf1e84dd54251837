package io.troupe.jmh.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;

import org.HdrHistogram.Histogram;

/** What plain sockets do between two JVMs of this machine, in this run: the limits that the product is held against. */
final class SocketBaselines {
    private final Rounds rounds;

    SocketBaselines(Rounds rounds) {
        this.rounds = rounds;
    }

    /** {@return the p50 of round trips of threads that sleep, in microseconds} */
    double blockingPingPong(Report report) throws IOException {
        double[] medians = new double[rounds.rounds()];
        Histogram all = Rounds.histogram();
        try (Child peer = Child.start(SocketPeer.class, List.of("blocking"));
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(peer.value()))) {
            socket.setTcpNoDelay(true);
            byte[] message = new byte[SocketPeer.PAYLOAD];
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            for (int round = -1; round < medians.length; round++) { // The first one warms up.
                Histogram nanos = Rounds.histogram();
                long untilNs = rounds.untilNs();
                for (int i = 0; i < rounds.roundTrips() && System.nanoTime() - untilNs < 0; i++) {
                    long start = System.nanoTime();
                    out.write(message);
                    if (in.readNBytes(message, 0, message.length) < message.length) {
                        throw new BenchException("the peer of the blocking baseline has gone");
                    }
                    nanos.recordValue(System.nanoTime() - start);
                }
                keep(nanos, round, medians, all);
            }
        }
        report.say("baseline: raw blocking ping-pong: %s", Rounds.quantiles(all));
        return Rounds.median(medians);
    }

    /** {@return the p50 of round trips of threads that never sleep, in microseconds} */
    double spinPingPong(Report report) throws IOException {
        double[] medians = new double[rounds.rounds()];
        Histogram all = Rounds.histogram();
        try (Child peer = Child.start(SocketPeer.class, List.of("spin"));
                SocketChannel channel = SocketChannel.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(peer.value())))) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            ByteBuffer message = ByteBuffer.allocateDirect(SocketPeer.PAYLOAD);
            for (int round = -1; round < medians.length; round++) {
                Histogram nanos = Rounds.histogram();
                long untilNs = rounds.untilNs();
                for (int i = 0; i < rounds.roundTrips() && System.nanoTime() - untilNs < 0; i++) {
                    long start = System.nanoTime();
                    message.clear();
                    SocketPeer.spinWrite(channel, message);
                    message.clear();
                    if (!SocketPeer.spinRead(channel, message)) {
                        throw new BenchException("the peer of the spinning baseline has gone");
                    }
                    nanos.recordValue(System.nanoTime() - start);
                }
                keep(nanos, round, medians, all);
            }
        }
        report.say("baseline: raw NIO spin ping-pong: %s", Rounds.quantiles(all));
        return Rounds.median(medians);
    }

    /** {@return length-prefixed messages of 100 bytes a second, written 64 KiB at a time} */
    double stream(Report report) throws IOException {
        double[] rates = new double[rounds.rounds()];
        long messages = 10L * rounds.messages();
        int perWrite = SocketPeer.WRITE / SocketPeer.RECORD;
        ByteBuffer chunk = ByteBuffer.allocate(perWrite * SocketPeer.RECORD);
        for (int i = 0; i < perWrite; i++) {
            chunk.putInt(i * SocketPeer.RECORD, SocketPeer.PAYLOAD);
        }
        try (Child peer = Child.start(SocketPeer.class, List.of("stream"))) {
            for (int round = -1; round < rates.length; round++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(peer.value()))) {
                    OutputStream out = socket.getOutputStream();
                    long start = System.nanoTime();
                    out.write(ByteBuffer.allocate(Long.BYTES).putLong(messages).array());
                    for (long sent = 0; sent < messages; sent += perWrite) {
                        int now = (int) Math.min(perWrite, messages - sent);
                        out.write(chunk.array(), 0, now * SocketPeer.RECORD);
                    }
                    if (socket.getInputStream().read() != 1) {
                        throw new BenchException("the peer of the stream baseline has gone");
                    }
                    if (round >= 0) {
                        rates[round] = messages * 1e9 / (System.nanoTime() - start);
                    }
                }
            }
        }
        report.say("baseline: raw stream, 64 KiB writes of 100-byte messages: %,.0f msg/s", Rounds.median(rates));
        return Rounds.median(rates);
    }

    private static void keep(Histogram nanos, int round, double[] medians, Histogram all) {
        if (round >= 0) {
            medians[round] = Rounds.micros(nanos, 50);
            all.add(nanos);
        }
    }
}
