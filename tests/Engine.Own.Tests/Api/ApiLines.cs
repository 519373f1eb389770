using System.Reflection;

namespace Engine.Own.Tests;

/// <summary>
/// Writes the public API of an assembly as sorted lines, one per type and member, so that two assemblies can be
/// compared as text. `akka-api.txt` beside this file was written by it from Akka.NET 1.5.30.
/// </summary>
public static class ApiLines
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
        | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) =>
        assembly.GetExportedTypes().SelectMany(Of).Distinct().OrderBy(line => line, StringComparer.Ordinal);

    public static IEnumerable<string> Of(Type type)
    {
        var name = Full(type);
        yield return $"{name} = {Kind(type)}{Bases(type)}";
        if (type.IsEnum)
        {
            foreach (var value in Enum.GetNames(type)) yield return $"{name} . {value}";
            yield break;
        }
        foreach (var member in type.GetMembers(All))
        {
            var line = member switch
            {
                ConstructorInfo c when Visible(c) && !c.IsStatic => $"{Access(c)}new({Parameters(c)})",
                MethodInfo m when Visible(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) =>
                    $"{Access(m)}{Modifiers(m)}{Short(m.ReturnType)} {m.Name}{Generic(m)}({Parameters(m)})",
                PropertyInfo p when Accessor(p) is { } a && Visible(a) =>
                    $"{Access(a)}{Modifiers(a)}{Short(p.PropertyType)} {(p.GetIndexParameters().Length > 0 ? "this[]" : p.Name)} {{ {(p.GetMethod is { } g && Visible(g) ? "get; " : "")}{(p.SetMethod is { } s && Visible(s) ? "set; " : "")}}}",
                FieldInfo f when f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly =>
                    $"{(f.IsPublic ? "" : "protected ")}{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Short(f.FieldType)} {f.Name}",
                EventInfo e when e.AddMethod is { } add && Visible(add) => $"event {Short(e.EventHandlerType!)} {e.Name}",
                _ => null,
            };
            if (line is not null) yield return $"{name} . {line}";
        }
    }

    private static MethodInfo? Accessor(PropertyInfo p) =>
        p.GetMethod is { } g && Visible(g) ? g : p.SetMethod;

    private static bool Visible(MethodBase m) => m.IsPublic || m.IsFamily || m.IsFamilyOrAssembly;

    private static string Access(MethodBase m) => m.IsPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo m) =>
        m.DeclaringType!.IsInterface ? ""
        : m.IsStatic ? "static "
        : m.GetBaseDefinition() != m ? (m.IsFinal ? "sealed override " : "override ")
        : m.IsAbstract ? "abstract "
        : m.IsVirtual && !m.IsFinal ? "virtual " : "";

    private static string Generic(MethodInfo m) =>
        m.IsGenericMethodDefinition ? $"<{string.Join(", ", m.GetGenericArguments().Select(t => t.Name))}>" : "";

    private static string Parameters(MethodBase m) => string.Join(", ", m.GetParameters().Select(p =>
        (p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
        + (p.Position == 0 && m.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute)) ? "this " : "")
        + (p.IsOut ? "out " : p.ParameterType.IsByRef ? "ref " : "")
        + Short(p.ParameterType) + " " + p.Name + (p.HasDefaultValue ? " = " + Default(p) : "")));

    private static string Default(ParameterInfo p) => p.DefaultValue switch
    {
        null => "default",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        var v => Convert.ToString(v, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    private static string Kind(Type t) =>
        t.IsEnum ? "enum"
        : t.IsInterface ? "interface"
        : t.IsValueType ? "struct"
        : t.BaseType == typeof(MulticastDelegate) ? $"delegate {Short(t.GetMethod("Invoke")!.ReturnType)}({Parameters(t.GetMethod("Invoke")!)})"
        : t.IsAbstract && t.IsSealed ? "static class"
        : t.IsAbstract ? "abstract class"
        : t.IsSealed ? "sealed class" : "class";

    private static string Bases(Type t)
    {
        if (t.IsEnum || t.BaseType == typeof(MulticastDelegate)) return "";
        var list = new List<string>();
        if (t.BaseType is { } b && b != typeof(object) && b != typeof(ValueType)) list.Add(Short(b));
        list.AddRange(t.GetInterfaces().Where(i => i.IsVisible).Select(Short).OrderBy(x => x, StringComparer.Ordinal));
        return list.Count == 0 ? "" : " : " + string.Join(", ", list);
    }

    private static string Full(Type t) =>
        (t.DeclaringType is { } d ? Full(d) + "+" : t.Namespace + ".") + Short(t);

    private static string Short(Type t)
    {
        if (t.IsByRef) return Short(t.GetElementType()!);
        if (t.IsArray) return Short(t.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(t) is { } n) return Short(n) + "?";
        if (t.IsGenericParameter) return t.Name;
        var name = t == typeof(void) ? "void" : t == typeof(object) ? "object" : t == typeof(string) ? "string"
            : t == typeof(int) ? "int" : t == typeof(long) ? "long" : t == typeof(bool) ? "bool"
            : t == typeof(byte) ? "byte" : t == typeof(double) ? "double" : t.Name;
        if (!t.IsGenericType) return name;
        var tick = name.IndexOf('`');
        return (tick < 0 ? name : name[..tick]) + "<" + string.Join(", ", t.GetGenericArguments().Select(Short)) + ">";
    }
}
