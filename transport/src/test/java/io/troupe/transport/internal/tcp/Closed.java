package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** How a peer that is played sees the end of its connection. */
final class Closed {
    private Closed() {}

    /** Says something to a node that is to close the connection: it may do so before all is said. */
    static void say(Socket socket, byte[]... said) {
        try {
            for (byte[] bytes : said) {
                socket.getOutputStream().write(bytes);
            }
        } catch (IOException closedMeanwhile) {
            // As it should be; isClosed tells.
        }
    }

    /** True when the node has closed the connection, whatever it said before. */
    static boolean isClosed(Socket socket) {
        try {
            InputStream in = socket.getInputStream();
            int last;
            do {
                last = in.read();
            } while (last >= 0);
            return true;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (IOException refused) {
            return true;
        }
    }
}
