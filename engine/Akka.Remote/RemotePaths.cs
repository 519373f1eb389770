namespace Akka.Remote;

/// <summary>Paths as they cross a connection: with the address under which this system is known, and the uid.</summary>
internal static class RemotePaths
{
    public static string Of(ActorPath path, Address local) => path.ToSerializationFormatWithAddress(local);

    public static bool IsTemporary(ActorPath path) =>
        path.Elements.Count > 0 && string.Equals(path.Elements[0], "temp", StringComparison.Ordinal);
}
