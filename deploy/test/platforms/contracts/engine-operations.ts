/** Operations of the Docker Engine API that the twin of an engine answers, by their names in its published schema. */
export const operations: readonly string[] = [
  ...['SystemPing', 'SystemVersion', 'SystemInfo', 'SystemAuth', 'SystemDataUsage'],
  ...['SwarmInspect', 'SwarmInit', 'SwarmJoin', 'SwarmLeave', 'SwarmUpdate'],
  ...['NodeList', 'NodeInspect', 'NodeUpdate', 'NodeDelete'],
  ...['NetworkList', 'NetworkInspect', 'NetworkCreate', 'NetworkDelete'],
  ...['VolumeList', 'VolumeInspect', 'VolumeDelete'],
  ...['ServiceList', 'ServiceInspect', 'ServiceCreate', 'ServiceUpdate', 'ServiceDelete', 'ServiceLogs'],
  ...['TaskList', 'TaskInspect', 'TaskLogs'],
  ...['SecretList', 'SecretInspect', 'SecretCreate', 'SecretUpdate', 'SecretDelete'],
  ...['ConfigList', 'ConfigInspect', 'ConfigCreate', 'ConfigUpdate', 'ConfigDelete'],
  ...['ImageList', 'ImageInspect', 'ImageCreate', 'ImageBuild', 'ImageTag', 'ImagePush', 'ImageDelete'],
  ...['ImageLoad', 'ImageGet', 'ImageGetAll', 'ImagePrune'],
  ...['ContainerList', 'ContainerInspect', 'ContainerExec', 'ContainerStats', 'ExecStart', 'ExecInspect'],
];
