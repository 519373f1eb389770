namespace Akka.Remote;

/// <summary>The other end closed the connection.</summary>
internal sealed class ConnectionClosedException(Address remote) : Exception($"{remote} closed the connection");

/// <summary>An older connection ends because a newer one from the same address takes its place.</summary>
internal sealed class ConnectionReplacedException(Address remote) : Exception($"{remote} has connected anew");

/// <summary>The other end did not accept the handshake, or did not answer it.</summary>
internal sealed class HandshakeException(string message) : Exception(message);
