using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Engine.Tests.Remote;

/// <summary>What the serializer of these tests takes.</summary>
public interface INote;

public sealed record Note(string Text) : INote;

public sealed record Blob(byte[] Bytes) : INote;

/// <summary>Written, and then refused by whoever reads it.</summary>
public sealed record Unreadable : INote;

public sealed class NoteSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 7001;

    public override string Manifest(object o) => o switch
    {
        Note => "note",
        Blob => "blob",
        Unreadable => "unreadable",
        _ => throw new ArgumentException($"{o.GetType()} is no note"),
    };

    public override byte[] ToBinary(object obj) => obj switch
    {
        Note note => Encoding.UTF8.GetBytes(note.Text),
        Blob blob => blob.Bytes,
        Unreadable => [],
        _ => throw new ArgumentException($"{obj.GetType()} is no note"),
    };

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "note" => new Note(Encoding.UTF8.GetString(bytes)),
        "blob" => new Blob(bytes),
        _ => throw new SerializationException($"manifest '{manifest}' is none of these"),
    };
}
