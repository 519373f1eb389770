namespace Akka;

/// <summary>Finds types that settings and manifests name as "Namespace.Type, Assembly".</summary>
internal static class TypeLookup
{
    /// <summary>
    /// The type, or null. Where the named assembly does not exist, the loaded ones are asked: the engine spreads its types over
    /// fewer assemblies than Akka.NET, and settings are written for both.
    /// </summary>
    public static Type Find(string name)
    {
        if (Type.GetType(name, throwOnError: false) is { } type) return type;
        var comma = name.IndexOf(',', StringComparison.Ordinal);
        var fullName = (comma < 0 ? name : name[..comma]).Trim();
        return AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetType(fullName, throwOnError: false)).FirstOrDefault(t => t is not null);
    }
}
