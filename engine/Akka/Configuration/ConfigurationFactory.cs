using System.Reflection;
using Akka.Actor;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

public class ConfigurationFactory
{
    public static Config Empty => Config.Empty;

    /// <summary>Throws a FormatException that names line and column when the text is no HOCON.</summary>
    public static Config ParseString(string hocon) => new(HoconParser.Parse(hocon ?? ""), null);

    public static Config FromResource(string resourceName, Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream(resourceName)
            ?? throw new ConfigurationException($"assembly {assembly.GetName().Name} has no resource '{resourceName}'; it has: {string.Join(", ", assembly.GetManifestResourceNames())}");
        using var reader = new StreamReader(stream);
        return ParseString(reader.ReadToEnd());
    }
}

public class ConfigurationException : AkkaException
{
    public ConfigurationException(string message) : base(message) { }

    public ConfigurationException(string message, Exception exception) : base(message, exception) { }
}
