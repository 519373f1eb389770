namespace PbKv.Checking;

/// <summary>Makes the nodes that are explored: those that are shipped, unless a test has others.</summary>
internal class Nodes
{
    public static Nodes Shipped { get; } = new();

    public virtual ViewServiceNode ViewService(
        NodeAddress self,
        ProtocolSettings settings,
        ClusterId fresh,
        ViewServiceMemory? memory
    ) => new(self, settings, fresh, memory);

    public virtual ReplicaNode Replica(ServerId self, NodeAddress viewService, ProtocolSettings settings) =>
        new(self, viewService, GroupName.Default, settings);

    public virtual ClerkNode Clerk(NodeAddress self, NodeAddress viewService, ProtocolSettings settings) =>
        new(self, [viewService], GroupName.Default, settings);
}
