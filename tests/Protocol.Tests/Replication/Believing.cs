using System.Reflection;
using System.Runtime.CompilerServices;

namespace PbKv.Protocol.Tests.Replication;

/// <summary>A copy of a server that takes whatever its primary sends for what its primary has.</summary>
internal sealed class Believing : ReplicaNode
{
    private Believing()
        : base(default, default, default, ProtocolSettings.Default) { }

    public static Believing CopyOf(ReplicaNode server)
    {
        var believing = (Believing)RuntimeHelpers.GetUninitializedObject(typeof(Believing));
        var copy = server.Clone();
        foreach (var field in typeof(ReplicaNode).GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
            field.SetValue(believing, field.GetValue(copy));
        return believing;
    }

    private protected override bool ComparesCopies => false;

    /// <summary>A forward that the test made, with the digest that it should have had for this backup.</summary>
    public static Forward WithDigest(ReplicaNode backup, Forward forward)
    {
        var copy = CopyOf(backup);
        copy.Handle(backup.View.Primary!.Value.Address, forward, new Effects());
        return forward with { Digest = forward.DigestWith(copy.Digest) };
    }
}
