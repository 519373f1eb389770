namespace Akka.Remote.Wire;

/// <summary>
/// A frame after the handshake: four bytes of length (of what follows), one of kind, then recipient, sender,
/// serializer, manifest, and the payload to its end.
/// </summary>
internal static class Frame
{
    public const int LengthBytes = sizeof(int);
    public const byte Message = 1;
    public const int MaxPathBytes = 4096;
    public const int MaxManifestBytes = 1024;
}

/// <summary>The bytes are not what this format allows: the connection that sent them is closed.</summary>
internal sealed class WireException(string message, Exception inner = null) : Exception(message, inner);
