package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** How a peer that is played sees the end of its connection. */
final class Closed {
    private Closed() {}

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
